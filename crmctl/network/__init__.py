"""Who knows whom: the network that links, owners and conversations make of customers and users."""
