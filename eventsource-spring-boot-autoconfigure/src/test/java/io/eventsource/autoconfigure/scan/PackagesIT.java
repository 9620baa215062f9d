package io.eventsource.autoconfigure.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.scanned.config.PlainApplication;
import io.eventsource.autoconfigure.scanned.config.ScanningApplication;
import io.eventsource.autoconfigure.scanned.domain.Rental;
import io.eventsource.autoconfigure.scanned.domain.Rentals;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventRegistry;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ParameterizedTypeReference;

/** Where events, aggregates and projections are found. */
class PackagesIT {

    private static final String DOMAIN = Rental.class.getPackageName();

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application = Runners.plain().withPropertyValues(database.properties());

    @AfterEach
    void remove_the_database() {
        database.close();
    }

    private static AggregateRepository<Rental> rentals(BeanFactory context) {
        return context.getBeanProvider(new ParameterizedTypeReference<AggregateRepository<Rental>>() {})
                .getObject();
    }

    private static void rent(BeanFactory context) {
        Rental rental = rentals(context).create(UUID.randomUUID());
        rental.rent("ada");
        rentals(context).save(rental);
        await().untilAsserted(() ->
                assertThat(context.getBean(Rentals.class).customers).containsExactly("ada"));
    }

    @Test
    void they_are_found_in_the_packages_in_which_spring_looks_for_beans() {
        application.withUserConfiguration(ScanningApplication.class).run(PackagesIT::rent);
    }

    @Test
    void placeholders_name_packages_as_they_do_for_beans() {
        application
                .withUserConfiguration(ScanningApplication.class)
                .withPropertyValues("domain.package=" + DOMAIN + ",com.example")
                .run(PackagesIT::rent);
    }

    @Test
    void they_are_found_in_the_packages_that_the_property_names() {
        application
                .withUserConfiguration(PlainApplication.class, Rentals.class)
                .withPropertyValues("eventsource.packages=" + DOMAIN)
                .run(PackagesIT::rent);
    }

    @Test
    void they_are_not_found_elsewhere() {
        application.withUserConfiguration(PlainApplication.class).run(context -> assertThat(
                        context.getBean(EventRegistry.class).names())
                .isEmpty());
    }

    @Test
    void a_component_outside_of_the_packages_of_beans_is_named() {
        application
                .withUserConfiguration(PlainApplication.class)
                .withPropertyValues("eventsource.packages=" + DOMAIN)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining(Rentals.class.getName() + " is a component in none of the packages"));
    }
}
