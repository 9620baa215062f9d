package io.eventsource.autoconfigure.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventMetadata;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.web.filter.OncePerRequestFilter;

/** How an application's executors and filters are configured. No database is needed. */
class MetadataPropagationTests {

    private static final EventMetadata REQUEST = EventMetadata.none().withActorId("ann");
    private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(
            TaskExecutionAutoConfiguration.class,
            EventStoreAutoConfiguration.class,
            MetadataPropagationAutoConfiguration.class,
            RequestMetadataAutoConfiguration.class);
    private static final String[] NO_DATABASE = {
        "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/nowhere", "eventsource.migration.enabled=false"
    };

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(CONFIGURATIONS)
            .withBean(DataSource.class, MetadataPropagationTests::unusedDataSource)
            .withPropertyValues(NO_DATABASE);

    private final WebApplicationContextRunner webApplication = new WebApplicationContextRunner()
            .withConfiguration(CONFIGURATIONS)
            .withBean(DataSource.class, MetadataPropagationTests::unusedDataSource)
            .withPropertyValues(NO_DATABASE);

    private static DataSource unusedDataSource() {
        return new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/nowhere");
    }

    private static EventMetadata inATask(AssertableApplicationContext context) throws Exception {
        AsyncTaskExecutor executor = context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
        EventMetadata seen = MetadataContext.call(REQUEST, () -> executor.submit(MetadataContext::current))
                .get();
        assertThat(executor.submit(MetadataContext::current).get()).isEqualTo(EventMetadata.none());
        return seen;
    }

    @Test
    void tasks_have_the_metadata_of_who_submitted_them() {
        application.run(context -> assertThat(inATask(context)).isEqualTo(REQUEST));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void so_have_tasks_of_virtual_threads() {
        application
                .withPropertyValues("spring.threads.virtual.enabled=true")
                .run(context -> assertThat(inATask(context)).isEqualTo(REQUEST));
    }

    @Test
    void a_decorator_of_the_application_works_beside_it() {
        AtomicInteger decorated = new AtomicInteger();
        TaskDecorator own = task -> () -> {
            decorated.incrementAndGet();
            task.run();
        };
        application.withBean("own", TaskDecorator.class, () -> own).run(context -> {
            assertThat(inATask(context)).isEqualTo(REQUEST);
            assertThat(decorated).hasValue(2);
        });
    }

    @Test
    void a_propagating_decorator_of_the_application_takes_the_metadata_along() {
        application
                .withBean("own", ContextPropagatingTaskDecorator.class, ContextPropagatingTaskDecorator::new)
                .run(context -> {
                    assertThat(context).hasSingleBean(ContextPropagatingTaskDecorator.class);
                    assertThat(inATask(context)).isEqualTo(REQUEST);
                });
    }

    @Test
    void boots_own_propagation_takes_the_metadata_along() {
        application
                .withPropertyValues("spring.task.execution.propagate-context=true")
                .run(context -> {
                    assertThat(context).hasSingleBean(ContextPropagatingTaskDecorator.class);
                    assertThat(inATask(context)).isEqualTo(REQUEST);
                });
    }

    @Test
    void nothing_is_propagated_without_the_library_for_it() {
        application
                .withClassLoader(new FilteredClassLoader(ContextSnapshotFactory.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TaskDecorator.class));
    }

    @Test
    void it_can_be_switched_off() {
        webApplication.withPropertyValues("eventsource.metadata.enabled=false").run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(TaskDecorator.class)
                .doesNotHaveBean(FilterRegistrationBean.class));
    }

    @Test
    void only_servlet_applications_have_the_filter() {
        application.run(context -> assertThat(context).doesNotHaveBean("eventRequestMetadataFilter"));
        webApplication
                .withClassLoader(new FilteredClassLoader(OncePerRequestFilter.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("eventRequestMetadataFilter"));
        webApplication.run(context -> assertThat(context).hasBean("eventRequestMetadataFilter"));
    }

    @Test
    void the_filter_comes_behind_spring_security_wherever_that_is() {
        webApplication.run(context -> assertThat(
                        context.getBean(FilterRegistrationBean.class).getOrder())
                .isGreaterThan(
                        org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties
                                .DEFAULT_FILTER_ORDER));
        webApplication.withPropertyValues("spring.security.filter.order=5").run(context -> assertThat(
                        context.getBean(FilterRegistrationBean.class).getOrder())
                .isGreaterThan(5));
    }
}
