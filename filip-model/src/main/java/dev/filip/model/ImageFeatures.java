package dev.filip.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What the image tower gives: {@code tokens [b,n,d]} unit rows that take part in late interaction,
 * {@code embeds [b,d]} the unit row that stands for the whole picture ([CLS] or the pooling
 * head's).
 */
public record ImageFeatures(Tensor tokens, Tensor embeds) {}
