"""What a composed graph says about its subgraphs."""
