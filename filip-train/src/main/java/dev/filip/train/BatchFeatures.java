package dev.filip.train;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;

/** BatchFeatures of a whole batch, detached: what the loss is given. */
record BatchFeatures(ImageFeatures images, TextFeatures texts) {}
