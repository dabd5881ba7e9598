package dev.filip.langchain4j;

import dev.filip.search.Hit;
import dev.filip.search.Snapshot;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.injector.ContentInjector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts what was retrieved behind the user's message: of each content its text and, where it is a
 * picture of the index, the small picture that is kept there. For models that see. Safe for any
 * thread while the index is open.
 */
public final class PictureInjector implements ContentInjector {
  private static final int PNG = 0x89;

  private final Snapshot index;

  public PictureInjector(Snapshot index) {
    this.index = index;
  }

  /**
   * The message with the contents behind its own.
   *
   * @throws IllegalArgumentException where it is no user's message
   */
  @Override
  public ChatMessage inject(List<Content> contents, ChatMessage message) {
    if (!(message instanceof UserMessage user)) {
      throw new IllegalArgumentException("a user's message holds pictures, got " + message.type());
    }
    List<dev.langchain4j.data.message.Content> all = new ArrayList<>(user.contents());
    for (int i = 0; i < contents.size(); i++) {
      all.add(TextContent.from("Result " + (i + 1) + ": " + contents.get(i).textSegment().text()));
      String id = contents.get(i).textSegment().metadata().getString(PictureRetriever.ID);
      byte[] picture = id == null ? null : picture(id);
      if (picture != null) {
        String type = (picture[0] & 0xff) == PNG ? "image/png" : "image/jpeg";
        all.add(ImageContent.from(Base64.getEncoder().encodeToString(picture), type));
      }
    }
    return user.toBuilder().contents(all).build();
  }

  private byte @Nullable [] picture(String id) {
    try {
      Optional<Hit> hit = index.find(id);
      return hit.isEmpty() ? null : hit.get().about().thumbnail();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
