"""Fund-use plans (用款计划): in which month how much of a budget line may leave, and what for."""
