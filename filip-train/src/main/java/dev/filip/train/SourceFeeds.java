package dev.filip.train;

import dev.filip.config.RunConfig;
import java.io.IOException;
import java.util.function.Consumer;

final class SourceFeeds {
  private SourceFeeds() {}

  static FeedFactory open(RunConfig config, Consumer<String> log) throws IOException {
    throw new UnsupportedOperationException();
  }
}
