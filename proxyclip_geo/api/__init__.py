"""Public functions, one module each; `proxyclip_geo` exports them."""
