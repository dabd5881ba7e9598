/**
 * Published data sets as they lie on disk: one class a layout, each giving the samples of a split
 * in the order in which torchvision's classes give them (docs/DATASETS.md).
 */
@NullMarked
package dev.filip.data.known;

import org.jspecify.annotations.NullMarked;
