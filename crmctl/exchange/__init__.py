"""Records in and out: tables of other programs become change sets, and selections become tables."""
