package io.eventsource.autoconfigure.web;

import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the metadata of HTTP requests reach events.
 *
 * @param enabled Whether events inherit tenant, actor and correlation from the HTTP request that causes them, also in
 *     tasks that it gives to Spring's task executors.
 * @param correlationHeader Header that carries the correlation id of a request, and of its answer.
 */
@ConfigurationProperties("eventsource.metadata")
public record MetadataProperties(
        @DefaultValue("true") boolean enabled, @DefaultValue("X-Correlation-Id") String correlationHeader) {

    /** What may name a header, by RFC 9110, and no longer than anybody needs. */
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");

    /** Checks the name of the header. */
    public MetadataProperties {
        if (!HEADER.matcher(correlationHeader).matches()) {
            throw new IllegalArgumentException(
                    "eventsource.metadata.correlation-header must be the name of an HTTP header of 1 to 100 characters, but it is '%s'"
                            .formatted(correlationHeader));
        }
    }
}
