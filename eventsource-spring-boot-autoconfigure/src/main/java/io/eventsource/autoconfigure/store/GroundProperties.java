package io.eventsource.autoconfigure.store;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is done about a database that is not as the guarantees assume.
 *
 * @param accept Codes of findings that do not keep the application from starting; the risk is the application's.
 */
@ConfigurationProperties("eventsource.ground")
public record GroundProperties(@DefaultValue List<String> accept) {}
