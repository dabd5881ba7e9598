package dev.filip.train;

import dev.filip.model.ImageFeatures;
import dev.filip.model.TextFeatures;

/** Features of a whole batch, detached: what the loss is given. */
record Features(ImageFeatures images, TextFeatures texts) {}
