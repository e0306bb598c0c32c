"""Posts that sell: tagged products, reactions, comments, follows and the feeds made of them."""
