"""Every address and every kind of thing of the product, asked by everybody who must not have it."""
