package dev.filip.train;

/** How far a shard's gradients are in a step; told by the shard's thread. */
interface ShardGradients {
  /** Nobody wants to know. */
  ShardGradients UNWATCHED =
      new ShardGradients() {
        @Override
        public void lastPass() {}

        @Override
        public void ended() {}
      };

  /** The backward pass that begins now is the shard's last in this step. */
  void lastPass();

  /** The shard adds nothing more in this step. */
  void ended();
}
