"""Layers of Acme's. Nothing is imported here: what specc reads has to come without Keras."""
