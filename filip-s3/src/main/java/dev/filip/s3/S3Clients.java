package dev.filip.s3;

import dev.filip.data.store.Timeouts;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Clients by the SDK's own rules: environment, system properties, profiles, a container's or a
 * machine's role.
 *
 * <p>Three things are added. Where an endpoint is named ({@code AWS_ENDPOINT_URL_S3}, {@code
 * endpoint_url} of a profile), buckets stand in the path, since few such stores have a host name a
 * bucket, and no checksum is asked for with the bytes, since some answer that with an error ({@code
 * AWS_RESPONSE_CHECKSUM_VALIDATION} asks for it). Without a region anywhere it is us-east-1, and
 * AWS buckets elsewhere are followed. {@code FILIP_S3_ANONYMOUS=1} signs nothing, for public
 * buckets. Repeating is the cache's.
 */
final class S3Clients {
  private S3Clients() {}

  static S3Client ofEnvironment(Timeouts timeouts) {
    boolean anonymous = "1".equals(System.getenv("FILIP_S3_ANONYMOUS"));
    Region region = region();
    S3Client plain = builder(timeouts, region, anonymous).build();
    if (plain.serviceClientConfiguration().endpointOverride().isPresent()) {
      plain.close();
      S3ClientBuilder named = builder(timeouts, region, anonymous).forcePathStyle(true);
      if (SdkSystemSetting.AWS_RESPONSE_CHECKSUM_VALIDATION.getStringValue().isEmpty()) {
        named.responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
      }
      return named.build();
    }
    plain.close();
    return builder(timeouts, region, anonymous).crossRegionAccessEnabled(true).build();
  }

  private static S3ClientBuilder builder(Timeouts timeouts, Region region, boolean anonymous) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(region)
            // nothing is sent; stores that speak S3 refuse the header
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(timeouts.connect())
                    .socketTimeout(timeouts.answer()))
            .overrideConfiguration(c -> c.retryStrategy(AwsRetryStrategy.doNotRetry()));
    return anonymous ? builder.credentialsProvider(AnonymousCredentialsProvider.create()) : builder;
  }

  private static Region region() {
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }
}
