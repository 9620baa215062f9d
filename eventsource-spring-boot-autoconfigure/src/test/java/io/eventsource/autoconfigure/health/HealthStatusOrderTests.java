package io.eventsource.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;

/** What Actuator makes of several statuses in an application with the starter on its class path. */
class HealthStatusOrderTests {

    private static final Status DEGRADED = new Status("DEGRADED");
    private static final String UP_IS_WORSE = "management.endpoint.health.status.order=down,up,degraded";

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class})
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @PropertySource("classpath:status-order.properties")
    static class ApplicationWithPropertySource {}

    private static SpringApplicationBuilder application(Class<?>... sources) {
        return new SpringApplicationBuilder(sources).web(WebApplicationType.NONE);
    }

    private static Status overall(ConfigurableApplicationContext started, Status... statuses) {
        try (ConfigurableApplicationContext context = started) {
            return context.getBean(StatusAggregator.class).getAggregateStatus(Set.of(statuses));
        }
    }

    @Test
    void degraded_is_worse_than_up() {
        assertThat(overall(application(Application.class).run(), DEGRADED, Status.UP, Status.UNKNOWN))
                .isEqualTo(DEGRADED);
    }

    @Test
    void degraded_is_better_than_out_of_service() {
        assertThat(overall(application(Application.class).run(), DEGRADED, Status.OUT_OF_SERVICE))
                .isEqualTo(Status.OUT_OF_SERVICE);
    }

    @Test
    void degraded_is_better_than_down() {
        assertThat(overall(application(Application.class).run(), DEGRADED, Status.DOWN))
                .isEqualTo(Status.DOWN);
    }

    @Test
    void an_order_on_the_command_line_wins() {
        assertThat(overall(application(Application.class).run("--" + UP_IS_WORSE), DEGRADED, Status.UP))
                .isEqualTo(Status.UP);
    }

    @Test
    void an_order_among_the_applications_default_properties_wins() {
        assertThat(overall(
                        application(Application.class).properties(UP_IS_WORSE).run(), DEGRADED, Status.UP))
                .isEqualTo(Status.UP);
    }

    @Test
    void an_order_in_a_property_source_of_the_application_wins() {
        assertThat(overall(
                        application(Application.class, ApplicationWithPropertySource.class)
                                .run(),
                        DEGRADED,
                        Status.UP))
                .isEqualTo(Status.UP);
    }
}
