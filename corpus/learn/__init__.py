"""From documents with gold records to points with roles and spans: what the model is trained on."""
