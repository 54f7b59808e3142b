# proxyclip_geo for one machine and for clusters; docs/performance.md says how to build and run it.
#   docker build -t proxyclip-geo .
#   docker build -t proxyclip-geo:cuda --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu128 --build-arg EXTRAS=lite,tips .
ARG PYTHON=docker.io/library/python:3.13-slim

FROM ${PYTHON} AS build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG EXTRAS=lite,numba,openvino,parquet,serve,tips
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /src
RUN python3 -m venv /opt/venv \
    && pip install --no-cache-dir --index-url "$TORCH_INDEX" "torch>=2.6,<3" "torchvision<1"
COPY pyproject.toml README.md LICENSE ./
COPY proxyclip_geo proxyclip_geo
# pyproject.toml has the ranges.
# hadolint ignore=DL3013
RUN pip install --no-cache-dir ".[$EXTRAS]" "bokeh>=3.4,<4" "s3fs>=2024.12"

FROM ${PYTHON}
# The wheels of rasterio need libexpat.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libexpat1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 mapper \
    && install --directory --owner mapper /data /weights
COPY --from=build /opt/venv /opt/venv
# Weights are mounted, or fetched there: `models fetch NAME --to /weights`.
ENV PATH=/opt/venv/bin:$PATH PROXYCLIP_GEO_WEIGHTS=/weights
USER 1000
WORKDIR /data
CMD ["proxyclip-geo", "--help"]
