package dev.filip;

import dev.filip.encode.Embedder;
import dev.filip.encode.Gradients;
import dev.filip.model.AttentionMaps;
import dev.filip.model.AttentionProbe;

/** Gradients whose weights are used through a gate. */
record GatedGradients(Gradients model, Gate gate) implements Gradients {
  @Override
  public AttentionMaps image(Embedder.Picture picture, AttentionProbe.Toward toward) {
    return gate.use(() -> model.image(picture, toward));
  }

  @Override
  public AttentionMaps text(String text, AttentionProbe.Toward toward) {
    return gate.use(() -> model.text(text, toward));
  }
}
