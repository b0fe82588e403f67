"""What regulators look at: figures of their regions and the rows behind them, prices, peers, limits, the effect."""
