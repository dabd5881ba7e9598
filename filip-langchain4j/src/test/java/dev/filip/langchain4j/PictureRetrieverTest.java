package dev.filip.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Item;
import dev.filip.search.QueryEncoder;
import dev.filip.search.Snapshot;
import dev.filip.tokens.Tokens;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.AugmentationResult;
import dev.langchain4j.rag.DefaultRetrievalAugmentor;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.query.Metadata;
import dev.langchain4j.rag.query.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureRetrieverTest {
  private static final List<String> WORDS = List.of("red", "sofa", "dog", "tree");
  private static final String ENCODER = "a".repeat(64);
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, 1, 2};
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};
  @TempDir Path temp;
  private Snapshot index;

  /** A row a word, each an axis of its own. */
  private static float[] rows(String text) {
    String[] words = text.split(" ");
    float[] rows = new float[words.length * WORDS.size()];
    for (int r = 0; r < words.length; r++) {
      rows[r * WORDS.size() + WORDS.indexOf(words[r])] = 1;
    }
    return rows;
  }

  private record Words(String fingerprint, int width) implements QueryEncoder {
    @Override
    public Text text(String text) {
      String[] words = text.split(" ");
      return new Text(
          text, rows(text), List.of(words), new int[words.length], new int[words.length]);
    }
  }

  private static Item item(
      String id,
      String patches,
      ObjectNode metadata,
      List<String> captions,
      byte @Nullable [] small) {
    float[] rows = rows(patches);
    return new Item(
        id,
        Tokens.packed(rows, WORDS.size(), rows.length / WORDS.size()),
        new Item.About(id.equals("bare") ? null : id + ".png", metadata, captions, small, ""));
  }

  @BeforeEach
  void fill() throws IOException {
    Path folder = temp.resolve("index");
    IndexAbout.Patches patches = new IndexAbout.Patches(1, 1, 8, 0);
    IndexFiles.create(
        folder,
        new IndexAbout("m", ENCODER, "b".repeat(64), WORDS.size(), "late", "fp32", patches),
        false);
    ObjectNode metadata = Json.object().put("year", 2011).put("ok", true).put("size", 0.5);
    metadata.putArray("tag").add("x").add("y");
    metadata.putObject("camera").put("lens", "50").putNull("none");
    try (IndexEditor editor = IndexEditor.open(folder)) {
      editor.add(
          List.of(
              item("both", "red sofa", metadata, List.of("a red sofa", "furniture"), JPEG),
              item("dog", "red dog", Json.object(), List.of(), PNG),
              item("bare", "sofa dog tree", Json.object(), List.of(), null)));
    }
    index = Snapshot.open(folder);
  }

  @AfterEach
  void close() throws IOException {
    index.close();
  }

  private PictureRetriever retriever(int k, @Nullable String filter) {
    return new PictureRetriever(index, new Words(ENCODER, WORDS.size()), k, filter);
  }

  @Test
  void picturesAreTheirCaptionsWithWhatIsKnownOfThem() {
    List<Content> found = retriever(3, null).retrieve(Query.from("red sofa"));
    assertThat(found)
        .extracting(c -> c.textSegment().text())
        .containsExactly("a red sofa\nfurniture", "bare", "dog.png");
    Content first = found.getFirst();
    assertThat(first.metadata())
        .containsEntry(ContentMetadata.SCORE, 1.0)
        .containsEntry(ContentMetadata.EMBEDDING_ID, "both");
    assertThat(first.textSegment().metadata().toMap())
        .containsEntry("id", "both")
        .containsEntry("path", "both.png")
        .containsEntry("year", 2011L)
        .containsEntry("size", 0.5)
        .containsEntry("ok", "true")
        .containsEntry("tag", "x, y")
        .containsEntry("camera.lens", "50")
        .hasSize(7);
    assertThat(retriever(3, "year>2010").retrieve(Query.from("dog"))).hasSize(1);
    assertThat(retriever(1, null).retrieve(Query.from("tree")))
        .extracting(c -> c.textSegment().text())
        .containsExactly("bare");
  }

  /** Through LangChain4j's own pipeline. */
  @Test
  void theModelIsShownThePictures() {
    DefaultRetrievalAugmentor augmentor =
        DefaultRetrievalAugmentor.builder()
            .contentRetriever(retriever(3, null))
            .contentInjector(new PictureInjector(index))
            .build();
    UserMessage message = UserMessage.from("red sofa");
    AugmentationResult result =
        augmentor.augment(new AugmentationRequest(message, Metadata.from(message, null, null)));
    assertThat(((UserMessage) result.chatMessage()).contents())
        .containsExactly(
            TextContent.from("red sofa"),
            TextContent.from("Result 1: a red sofa\nfurniture"),
            ImageContent.from(Base64.getEncoder().encodeToString(JPEG), "image/jpeg"),
            TextContent.from("Result 2: bare"),
            TextContent.from("Result 3: dog.png"),
            ImageContent.from(Base64.getEncoder().encodeToString(PNG), "image/png"));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> new PictureRetriever(index, new Words("c".repeat(64), 4), 3, null))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("another model");
    assertThatThrownBy(() -> retriever(0, null)).hasMessageContaining("k must be >= 1");
    assertThatThrownBy(() -> retriever(1, "colour:red").retrieve(Query.from("red")))
        .isInstanceOf(BadInput.class);
    assertThatThrownBy(() -> new PictureInjector(index).inject(List.of(), SystemMessage.from("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("user");
    Content other = Content.from("no picture");
    assertThat(
            ((UserMessage) new PictureInjector(index).inject(List.of(other), UserMessage.from("q")))
                .contents())
        .containsExactly(TextContent.from("q"), TextContent.from("Result 1: no picture"));
  }
}
