package dev.filip.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What an image tower gives before L2, fp32.
 *
 * @param rows {@code [b,n,d]} projected tokens, {@code [b,1+n,d]} with [CLS] first where the tower
 *     has it
 * @param pooled {@code [b,d]} what stands for the whole picture, projected
 */
record ProjectedImages(Tensor rows, Tensor pooled) {}
