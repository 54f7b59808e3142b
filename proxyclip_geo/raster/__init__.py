"""Read and write rasters: validity, stretch, area of interest, label rasters, styles, previews."""
