"""Parts of pages. Pure: values in, Dash components out."""
