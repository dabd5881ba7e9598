package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.MalformedInputException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReasonsTest {
  @Test
  void noClassOfJavaIsNamed() {
    Map.of(
            new NoSuchFileException("x"), "no such file",
            new FileAlreadyExistsException("x"), "it exists already",
            new NotDirectoryException("x"), "not a folder",
            new DirectoryNotEmptyException("x"), "the folder is not empty",
            new FileSystemException("x", null, "Is a directory"), "is a directory",
            new FileSystemException("x"), "the file system refused it",
            new EOFException(), "it ends too early",
            new MalformedInputException(1), "not UTF-8",
            new ClosedChannelException(), "it was closed meanwhile",
            new UnknownHostException("host.example"), "unknown host host.example")
        .forEach((e, words) -> assertThat(Reasons.of(e)).isEqualTo(words));
    assertThat(Reasons.of(new IOException("No space left on device\nat x")))
        .isEqualTo("No space left on device");
    assertThat(Reasons.of(new IOException())).isEqualTo("input or output failed");
  }
}
