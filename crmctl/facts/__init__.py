"""What is known of each customer by counting and adding up its records: one row a customer."""
