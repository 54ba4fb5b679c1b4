"""What selling needs beyond single records: prices, quotes, orders and the money for them."""
