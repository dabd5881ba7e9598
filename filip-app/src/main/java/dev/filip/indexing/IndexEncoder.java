package dev.filip.indexing;

import dev.filip.io.BadInput;
import dev.filip.search.IndexAbout;
import dev.filip.search.PlainQueryEncoder;
import dev.filip.search.QueryEncoder;
import dev.filip.search.QueryText;
import dev.filip.search.SearchQuery;
import dev.filip.tensor.ComputeDevice;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What encodes queries of an index. Words of an index in fp32 are encoded in plain Java, so that no
 * native library is loaded for them; pictures, and words of other arithmetic, by the model, which
 * is opened when it is first needed. Thread-safe.
 */
public final class IndexEncoder implements AutoCloseable {
  private final IndexAbout about;
  private final Path folder;
  private final ComputeDevice device;
  private final @Nullable PlainQueryEncoder plain;
  private volatile boolean many;
  private @Nullable IndexModel model;

  private IndexEncoder(
      IndexAbout about, Path folder, ComputeDevice device, @Nullable PlainQueryEncoder plain) {
    this.about = about;
    this.folder = folder;
    this.device = device;
    this.plain = plain;
  }

  /**
   * Opens what words need.
   *
   * @param folder the model's
   * @param pictures whether pictures will come: then the model is opened at once, for words, too
   * @throws BadInput where it is another model
   */
  public static IndexEncoder open(IndexAbout about, Path folder, boolean pictures) {
    return open(about, folder, pictures, ComputeDevice.CPU);
  }

  /** The same, the model on a device; on another than the CPU words are encoded there, too. */
  public static IndexEncoder open(
      IndexAbout about, Path folder, boolean pictures, ComputeDevice device) {
    boolean inJava = !pictures && device.isCpu() && PlainQueryEncoder.fits(about);
    PlainQueryEncoder plain = inJava ? PlainQueryEncoder.open(about, folder) : null;
    IndexEncoder made = new IndexEncoder(about, folder, device, plain);
    if (!inJava) {
      made.model();
    }
    return made;
  }

  /** Lets the model, if it is not open yet, be opened for encoding many pictures. */
  public void expectMany() {
    many = true;
  }

  /** For words. */
  public QueryEncoder words() {
    return plain == null ? model() : plain;
  }

  /** For pictures; closed with this. */
  public synchronized IndexModel model() {
    IndexModel open = model;
    if (open == null) {
      open = IndexModel.open(about, folder, many, device);
      model = open;
    }
    return open;
  }

  /** Words as a query; {@code literal} ones as they are. */
  public SearchQuery words(String text, boolean literal) {
    return SearchQuery.text(literal ? QueryText.literal(text) : QueryText.parse(text), words());
  }

  /**
   * Words, a picture, or both, each counting half.
   *
   * @param text empty for a picture alone
   * @param image null for words alone
   * @param region the part of the picture that is meant; null for all
   */
  public SearchQuery query(
      String text, boolean literal, @Nullable Path image, @Nullable Region region) {
    if (image == null) {
      return words(text, literal);
    }
    SearchQuery picture = model().image(image, region);
    return text.isEmpty() ? picture : words(text, literal).and(picture);
  }

  @Override
  public synchronized void close() {
    if (plain != null) {
      plain.close();
    }
    if (model != null) {
      model.close();
    }
  }
}
