"""What all pages share: sessions, headers, forms, layout, translation and error pages."""
