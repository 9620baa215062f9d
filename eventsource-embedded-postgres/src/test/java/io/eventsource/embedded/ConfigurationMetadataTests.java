package io.eventsource.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConfigurationMetadataTests {

    @Test
    void every_property_is_described() throws Exception {
        try (InputStream in = Objects.requireNonNull(
                EmbeddedPostgresProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
            DocumentContext metadata = JsonPath.parse(in);
            List<String> names = metadata.read("$.properties[*].name");
            List<String> descriptions = metadata.read("$.properties[*].description");
            assertThat(names).hasSize(8).allMatch(name -> name.startsWith("eventsource.embedded-postgres."));
            assertThat(descriptions).hasSameSizeAs(names).allMatch(description -> description.endsWith("."));
        }
    }
}
