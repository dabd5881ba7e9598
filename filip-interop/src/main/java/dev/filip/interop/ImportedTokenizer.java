package dev.filip.interop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.config.ModelConfig;
import dev.filip.config.TextPooling;
import dev.filip.folder.ModelFiles;
import dev.filip.interop.ImportPlan.Pooling;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.text.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The tokenizer of an imported model.
 *
 * @param from folder of tokenizer files or a file of merges
 */
record ImportedTokenizer(Path from, BpeTokenizer tokenizer) {
  private static final List<String> FILES =
      List.of(
          "tokenizer.json",
          "vocab.json",
          "merges.txt",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json");

  /** Ours in the place of a source's would say more than the source does. */
  private static final String SPECIAL = "special_tokens_map.json";

  private static final String CONFIG = "tokenizer_config.json";
  private static final String CLASS = "tokenizer_class";

  /** Reads and checks it against the model; none is {@link BadInput}. */
  static ImportedTokenizer of(
      Path source, Optional<Path> given, ImportPlan plan, ModelConfig config) {
    Path from =
        given.orElseThrow(() ->
            new BadInput(
                source
                    + " has no tokenizer: give --tokenizer with a folder of tokenizer files or"
                    + " CLIP's bpe_simple_vocab_16e6.txt.gz"));
    BpeTokenizer tokenizer = read(from, plan, config);
    ModelFiles.fits(from, config, tokenizer);
    if (plan.pooling() == Pooling.LARGEST_ID_WITH_MASK && !eosIsLargest(tokenizer)) {
      throw new BadInput(
          from
              + ": [EOS] has id "
              + tokenizer.eos()
              + ": in this source's models it is the largest, "
              + (tokenizer.size() - 1));
    }
    if (plan.pooling() == Pooling.LARGEST_ID_WITH_MASK
        && tokenizer.size() != config.text().vocabularySize()) {
      throw new BadInput(
          from
              + ": has "
              + tokenizer.size()
              + " entries, DeCLIP's has "
              + config.text().vocabularySize()
              + ", <|mask|> among them");
    }
    return new ImportedTokenizer(from, tokenizer);
  }

  private static boolean eosIsLargest(BpeTokenizer tokenizer) {
    return tokenizer.eos() == tokenizer.size() - 1;
  }

  /** Where texts are pooled: at the largest id only where that need not be [EOS]. */
  TextPooling pooling(ImportPlan plan, ModelConfig config) {
    return plan.pooling() == Pooling.LARGEST_ID && !eosIsLargest(tokenizer)
        ? TextPooling.LARGEST_ID
        : config.text().pooling();
  }

  /** What a user should know of it. */
  List<String> notes(ModelConfig config) {
    return config.text().pooling() == TextPooling.LARGEST_ID && !eosIsLargest(tokenizer)
        ? List.of(
            "texts are pooled at their largest id, as the source does: with an added token that is"
                + " not [EOS]")
        : List.of();
  }

  private static BpeTokenizer read(Path from, ImportPlan plan, ModelConfig config) {
    if (Files.isDirectory(from)) {
      return BpeTokenizer.load(from, config.textBehaviour());
    }
    return plan.pooling() == Pooling.LARGEST_ID_WITH_MASK
        ? BpeTokenizer.ofMergesWithMask(from, config.textBehaviour())
        : BpeTokenizer.ofMerges(from, config.textBehaviour());
  }

  /** Puts the source's own files in place of ours, where it has them. */
  void carry(Path folder) throws IOException {
    if (!Files.isDirectory(from)) {
      return;
    }
    String ours = Json.readObject(folder.resolve(CONFIG)).path(CLASS).asText();
    Files.deleteIfExists(folder.resolve(SPECIAL));
    for (String name : FILES) {
      if (Files.exists(from.resolve(name))) {
        Files.copy(from.resolve(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    ObjectNode config = (ObjectNode) Json.readObject(folder.resolve(CONFIG));
    if (!config.has(CLASS)) {
      // beside a CLIP's config.json transformers would take its CLIPTokenizer
      ExportFiles.json(folder.resolve(CONFIG), config.put(CLASS, ours));
    }
  }
}
