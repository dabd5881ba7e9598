package dev.filip.checkpoint;

import dev.filip.io.Outputs;

/**
 * A tokenizer as a model folder needs it.
 *
 * @param files writes {@code tokenizer.json}, {@code vocab.json}, {@code merges.txt} and their
 *     settings into the folder
 * @param bos id of [BOS]
 * @param eos id of [EOS], where the text embedding is read
 */
public record TokenizerFiles(Outputs.Filler files, int bos, int eos) {}
