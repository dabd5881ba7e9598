package dev.filip.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Short words for what went wrong with a file. Stateless. */
public final class Reasons {
  private Reasons() {}

  /** Why a file was not read or written, without its name. */
  public static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "no permission";
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
