"""Segment on the GPUs of a SLURM cluster: python examples/slurm.py, on the login node or in a job of its own.

It needs dask-jobqueue (`pip install dask-jobqueue`). The same command resumes an interrupted run.
"""

from dask_jobqueue import SLURMCluster

import proxyclip_geo as pg


def make_cluster() -> SLURMCluster:
    """Return a cluster whose jobs have a GPU each."""
    return SLURMCluster(
        queue="gpu",
        cores=4,
        processes=1,
        memory="16GB",
        walltime="08:00:00",
        job_extra_directives=["--gres=gpu:1"],
        # One block at a time on each GPU; workers end before their job does.
        worker_extra_args=["--nthreads", "1", "--lifetime", "7.5h", "--lifetime-stagger", "5m"],
    )


if __name__ == "__main__":
    cluster = make_cluster()
    cluster.adapt(minimum_jobs=1, maximum_jobs=8)
    options = pg.SegmentOptions(scheduler=cluster, backend="torch", precision="bfloat16")
    result = pg.segment("country.vrt", "landcover", out="country", options=options)
    print(result.areas.to_csv())
