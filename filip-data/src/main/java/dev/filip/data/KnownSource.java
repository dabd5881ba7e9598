package dev.filip.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.known.Items;
import dev.filip.data.known.KnownSet;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A split of a published data set as it lies on disk. Of tables the metadata are {@code {"url":
 * ...}}, and an image that was not downloaded is an unreadable sample. Thread-safe.
 */
final class KnownSource extends LooseSource {
  private final Path path;
  private final KnownSet set;
  private final Items items;
  private final Origin origin;

  KnownSource(Path path, KnownSet set) {
    this.path = path;
    this.set = set;
    this.items = set.items();
    this.origin = new Origin(set.dataset(), set.split(), set.rawClasses(), set.notes());
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public @Nullable Path instances() {
    return set.instances();
  }

  @Override
  public String describe() {
    String classes =
        set.classes().isEmpty()
            ? ""
            : String.format(Locale.ROOT, " in %,d classes", set.classes().size());
    return String.format(
        Locale.ROOT,
        "%,d samples%s of %s in %s%s",
        items.size(),
        classes,
        origin.title(),
        path,
        origin.remarks());
  }

  @Override
  protected int count() {
    return items.size();
  }

  @Override
  protected Sample.Text text(int index) throws IOException {
    Items.Item item = items.item(index);
    String url = item.url();
    ObjectNode metadata = url == null ? null : Json.object().put("url", url);
    return new Sample.Text(item.key(), item.captions(), item.label(), metadata);
  }

  @Override
  protected byte[] image(int index) throws IOException {
    try {
      return items.image(index);
    } catch (NoSuchFileException e) {
      Items.Item item = items.item(index);
      @Nullable String url = item.url();
      throw url == null
          ? new UnreadableSample(item.key(), "no such file", String.valueOf(e.getFile()))
          : new UnreadableSample(item.key(), "not downloaded", url);
    }
  }

  @Override
  public List<String> classNames() {
    return set.classes();
  }

  @Override
  public List<String> templates() {
    return List.of();
  }

  @Override
  public String fingerprint() throws IOException {
    MessageDigest digest = Digests.sha256();
    for (int i = 0; i < count(); i++) {
      Items.Item item = items.item(i);
      Digests.add(digest, item.key());
      Digests.add(digest, Long.toString(items.bytes(i)));
      item.captions().forEach(caption -> Digests.add(digest, caption));
      Digests.add(digest, Integer.toString(item.label()));
    }
    return Digests.hex(digest);
  }

  @Override
  public String shape() throws IOException {
    MessageDigest digest = Digests.sha256();
    items.shape(digest);
    return Digests.hex(digest);
  }

  @Override
  public void close() {}
}
