package dev.filip.hadoop;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Hadoop's own local file system under the scheme {@code disk}, {@code disk://host/PATH}. */
public final class DiskUnderAnotherName extends RawLocalFileSystem {
  static final String SETTING = "fs.disk.impl";

  @Override
  public URI getUri() {
    return URI.create("disk://host");
  }

  @Override
  public String getScheme() {
    return "disk";
  }
}
