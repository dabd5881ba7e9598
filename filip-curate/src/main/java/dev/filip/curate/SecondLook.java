package dev.filip.curate;

import dev.filip.data.SampleSource;
import dev.filip.io.BadInput;
import dev.filip.io.Share;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model says of near duplicates where hashes saw none. Whoever finds the tokens of all
 * shards, and nothing said yet, compares them. Used by one thread.
 *
 * @param folder where tokens lie, and what was found
 * @param share whose tokens are made where they are missing; null where all must be there
 * @param before what all must be there for, in messages
 */
record SecondLook(
    SampleSource source,
    PairScorer.Models models,
    Path folder,
    int workers,
    @Nullable Share share,
    String before) {

  /**
   * The images that are taken; null where other shares have not made theirs yet.
   *
   * @param sought the images of each shard that all rules before, and hashes, leave
   */
  @Nullable Twins twins(Rule.NearDuplicates rule, Records records, List<BitSet> sought)
      throws IOException {
    Twins twins = new Twins(folder.resolve("twins"));
    if (twins.isThere()) {
      return twins;
    }
    NearTokens tokens = new NearTokens(folder, source.shards());
    if (share != null && !tokens.hasAll(share)) {
      try (PictureEncoder encoder = models.encoder(rule.folder())) {
        tokens.make(source, sought, encoder, share);
      }
    }
    long missing = tokens.missing();
    BadInput.require(
        missing == 0 || share != null,
        "shards without tokens",
        missing,
        "0 before " + before + " (--encode makes them)");
    if (missing > 0) {
      return null;
    }
    try (TwinSearch search =
        new TwinSearch(tokens, rule.similarity(), TwinSearch.Reach.DEFAULT, workers)) {
      long[] starts = records.starts();
      twins.write(taker -> search.run(starts, taker));
    }
    return twins;
  }
}
