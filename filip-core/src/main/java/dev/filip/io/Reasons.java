package dev.filip.io;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.Locale;

/** Short words for what went wrong with a file. Stateless. */
public final class Reasons {
  private Reasons() {}

  /** Why a file was not read or written, without its name and without the name of a class. */
  public static String of(IOException e) {
    String message = e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
    return switch (e) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "no permission";
      case FileAlreadyExistsException _ -> "it exists already";
      case DirectoryNotEmptyException _ -> "the folder is not empty";
      case NotDirectoryException _ -> "not a folder";
      case NotLinkException _ -> "not a link";
      case FileSystemLoopException _ -> "links that lead in a circle";
      case FileSystemException system when system.getReason() != null -> small(system.getReason());
      case FileSystemException _ -> "the file system refused it";
      case EOFException _ -> "it ends too early";
      case CharacterCodingException _ -> "not UTF-8";
      case ClosedChannelException _ -> "it was closed meanwhile";
      case UnknownHostException _ -> "unknown host " + message;
      default -> message.isBlank() ? "input or output failed" : message;
    };
  }

  /** {@code Is a directory} in the middle of a line. */
  private static String small(String reason) {
    return reason.length() > 1 && Character.isLowerCase(reason.charAt(1))
        ? reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1)
        : reason;
  }
}
