package dev.filip.s3;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.Store;
import dev.filip.data.store.StoreFailure;
import dev.filip.data.store.StoreFailure.Kind;
import dev.filip.data.store.Timeouts;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Objects of S3 and of stores that speak its protocol, {@code s3://BUCKET/KEY}. Thread-safe. */
final class S3Store implements Store {
  private final S3Client client;
  private final Timeouts timeouts;

  S3Store(S3Client client, Timeouts timeouts) {
    this.client = client;
    this.timeouts = timeouts;
  }

  /** A location's two parts. A key is taken as it stands, {@code %} and {@code ?} too. */
  private record Address(String bucket, String key) {
    static Address of(String location) {
      String rest = location.substring("s3://".length());
      int slash = rest.indexOf('/');
      BadInput.require(slash > 0, "location", location, "s3://BUCKET/KEY");
      return new Address(rest.substring(0, slash), rest.substring(slash + 1));
    }

    GetObjectRequest.Builder get() {
      return GetObjectRequest.builder().bucket(bucket).key(key);
    }
  }

  @Override
  public ObjectInfo info(String location) throws IOException {
    Address at = Address.of(location);
    try {
      HeadObjectResponse head = client.headObject(h -> h.bucket(at.bucket()).key(at.key()));
      return new ObjectInfo(location, head.contentLength(), head.eTag());
    } catch (SdkException e) {
      throw failure(e);
    }
  }

  @Override
  public InputStream open(String location, long from, long length) throws IOException {
    if (length == 0) {
      return InputStream.nullInputStream();
    }
    GetObjectRequest.Builder get = Address.of(location).get();
    if (from > 0 || length > 0) {
      get.range("bytes=" + from + "-" + (length < 0 ? "" : Long.toString(from + length - 1)));
    }
    return open(get.build());
  }

  @Override
  public InputStream open(ObjectInfo object, long from) throws IOException {
    GetObjectRequest.Builder get = Address.of(object.location()).get().ifMatch(object.version());
    if (from > 0) {
      get.range("bytes=" + from + "-");
    }
    return open(get.build());
  }

  private InputStream open(GetObjectRequest get) throws IOException {
    try {
      return new Body(client.getObject(get));
    } catch (SdkException e) {
      throw failure(e);
    }
  }

  @Override
  public List<ObjectInfo> list(String folder) throws IOException {
    Address at = Address.of(folder);
    List<ObjectInfo> found = new ArrayList<>();
    try {
      for (S3Object object :
          client
              .listObjectsV2Paginator(l -> l.bucket(at.bucket()).prefix(at.key()).delimiter("/"))
              .contents()) {
        // a folder made by hand is an empty object of its own
        if (!object.key().endsWith("/")) {
          String location = "s3://" + at.bucket() + "/" + object.key();
          found.add(new ObjectInfo(location, object.size(), object.eTag()));
        }
      }
    } catch (SdkException e) {
      throw failure(e);
    }
    found.sort(Comparator.comparing(ObjectInfo::location));
    return found;
  }

  private StoreFailure failure(SdkException e) {
    if (e instanceof AwsServiceException service) {
      return failure(service);
    }
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (text.contains("credentials") && !text.contains("connect")) {
      return new StoreFailure(
          Kind.REFUSED,
          "no AWS credentials (environment, profile or role; FILIP_S3_ANONYMOUS=1 for a public"
              + " bucket)",
          e);
    }
    return StoreFailure.of(e, timeouts);
  }

  private static StoreFailure failure(AwsServiceException e) {
    String words = "";
    if (e.awsErrorDetails() != null && e.awsErrorDetails().errorMessage() != null) {
      words = e.awsErrorDetails().errorMessage().lines().findFirst().orElse("");
    }
    Duration after = null;
    if (e.awsErrorDetails() != null && e.awsErrorDetails().sdkHttpResponse() != null) {
      after =
          e.awsErrorDetails()
              .sdkHttpResponse()
              .firstMatchingHeader("Retry-After")
              .map(S3Store::seconds)
              .orElse(null);
    }
    return StoreFailure.ofStatus(e.statusCode(), after, words);
  }

  private static @Nullable Duration seconds(String header) {
    return header.strip().matches("\\d{1,9}")
        ? Duration.ofSeconds(Long.parseLong(header.strip()))
        : null;
  }

  @Override
  public void close() {
    client.close();
  }

  /** Says in words what cut it; closed early, it drops the connection and reads nothing more. */
  private final class Body extends InputStream {
    private final ResponseInputStream<GetObjectResponse> in;
    private long left;

    Body(ResponseInputStream<GetObjectResponse> in) {
      this.in = in;
      this.left = in.response().contentLength();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        int got = in.read(into, offset, length);
        left = got < 0 ? 0 : left - got;
        return got;
      } catch (IOException | SdkException e) {
        throw StoreFailure.of(e, timeouts);
      }
    }

    @Override
    public void close() throws IOException {
      if (left > 0) {
        in.abort();
      }
      in.close();
    }
  }
}
