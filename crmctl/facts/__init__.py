"""What is computed for each record of a kind by counting and adding up other records."""
