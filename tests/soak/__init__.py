"""Heavy proofs: in a small number in the ordinary run, whole by hand with `--soak 1000`."""
