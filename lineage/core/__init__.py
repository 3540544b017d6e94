"""Pure functions over the model: values in, values out."""
