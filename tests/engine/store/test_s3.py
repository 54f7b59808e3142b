"""A raster and an embedding in a bucket of an S3 server on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import proxyclip_geo as pg

SERVER = """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
server._thread.join()
"""
# A process of its own, as the sockets of this one are watched by a plugin of pytest.
SCRIPT = """
import boto3
import numpy as np
import proxyclip_geo as pg

words, options = ["water", "forest"], pg.SegmentOptions(polygons=False)
boto3.client("s3").create_bucket(Bucket="maps")
boto3.client("s3").upload_file("scene.tif", "maps", "scene.tif")
here = pg.segment("scene.tif", words, out="out", model="demo", options=options).labels.read()
for _ in range(2):  # the second time, it is complete
    pg.encode("s3://maps/scene.tif", out="s3://maps/scene.emb", model="demo")
embedding = pg.open_embedding("s3://maps/scene.emb")
np.testing.assert_array_equal(embedding.label(words).labels, here)
np.testing.assert_array_equal(pg.label(embedding, words, out="labels").labels.read(), here)
"""


def test_raster_and_embedding_in_a_bucket(tmp_path: Path) -> None:
    pg.sample(tmp_path / "scene.tif", size=96, seed=3)
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        place = f"127.0.0.1:{server.stdout.readline().strip()}"
        # For s3fs and for GDAL.
        variables = {
            "AWS_ACCESS_KEY_ID": "name",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://{place}",
            "AWS_S3_ENDPOINT": place,
            "AWS_HTTPS": "NO",
            "AWS_VIRTUAL_HOSTING": "FALSE",
            "no_proxy": "127.0.0.1",
        }
        environment = {**os.environ, **variables}
        command = [sys.executable, "-c", SCRIPT]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        server.kill()
    assert done.returncode == 0, done.stderr
