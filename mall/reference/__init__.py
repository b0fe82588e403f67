"""Reference data of the province: regions, categories, rules, units of measure and budget classes."""
