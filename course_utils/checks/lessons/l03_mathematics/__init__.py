"""The exercises of lesson 03: products, slopes, chains, gradients, variance and likelihood."""
