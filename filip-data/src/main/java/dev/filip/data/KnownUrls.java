package dev.filip.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A published table; its own key of a row is the column {@code id}. Not thread-safe. */
final class KnownUrls extends UrlTable {
  private final SampleSource source;
  private final String spec;

  private KnownUrls(SampleSource source, String spec) {
    this.source = source;
    this.spec = spec;
  }

  static KnownUrls published(String spec, UrlColumns columns, @Nullable String split) {
    BadInput.require(
        columns.url() == null && columns.caption() == null && columns.others().isEmpty(),
        "--url-column, --caption-column and --columns",
        "one of them with " + spec,
        "left out: a published table has its own columns");
    SampleSource source = Sources.open(spec, SourceOptions.DEFAULT.ofSplit(split).forTraining());
    try {
      require(source, spec);
      return new KnownUrls(source, spec);
    } catch (IOException e) {
      throw new BadInput("cannot read " + spec + ": " + e.getMessage(), e);
    }
  }

  private static void require(SampleSource source, String spec) throws IOException {
    if (source.size() == 0 || url(source.text(0)) == null) {
      source.close();
      throw BadInput.of("table", spec, "a table of URLs: cc3m:, cc12m: or yfcc100m:");
    }
  }

  private static @Nullable String url(Sample.Text text) {
    JsonNode metadata = text.metadata();
    JsonNode url = metadata == null ? null : metadata.get("url");
    return url == null ? null : url.asText();
  }

  @Override
  public List<String> parts() {
    return List.of(spec);
  }

  @Override
  public List<Column> others() {
    return texts(List.of("id"));
  }

  @Override
  public boolean captions() {
    return true;
  }

  @Override
  public String describe() {
    return String.format(Locale.ROOT, "%s: %s", spec, source.describe());
  }

  @Override
  public void each(int part, Taker taker) throws IOException {
    for (long i = 0; i < source.size(); i++) {
      Sample.Text text = source.text(i);
      taker.take(UrlRow.of(url(text), String.join("\n", text.captions()), List.of(text.key())));
    }
  }

  @Override
  public String shape() throws IOException {
    return source.shape();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
