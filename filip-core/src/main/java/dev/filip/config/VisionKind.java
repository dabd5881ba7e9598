package dev.filip.config;

/** The kinds of image tower: how patches are embedded and what stands for the whole picture. */
public enum VisionKind {
  /**
   * CLIP's ViT: [CLS] before the patches, which stands for the picture; a norm before the blocks.
   */
  CLIP(1),
  /** SigLIP's ViT: patches only, embedded with a bias; an attention pooling head stands. */
  SIGLIP(0),
  /**
   * CLIP's ViT whose tokens are scaled and moved, not normalised, before the projection: the late
   * head of Sense-GVT/DeCLIP's FILIP.
   */
  DECLIP(1);

  private final int classTokens;

  VisionKind(int classTokens) {
    this.classTokens = classTokens;
  }

  /** Tokens before the patches: 1 with [CLS], else 0. */
  public int classTokens() {
    return classTokens;
  }

  /** The form of its blocks where nothing is said. */
  public BlockForm blocks(int width) {
    return switch (this) {
      case CLIP, DECLIP -> BlockForm.clip(width, Activation.QUICK_GELU);
      case SIGLIP -> BlockForm.siglip(width);
    };
  }
}
