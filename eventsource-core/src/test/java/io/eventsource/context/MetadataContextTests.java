package io.eventsource.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class MetadataContextTests {

    private static final EventMetadata OUTER =
            EventMetadata.none().withTenantId("acme").withActorId("ann");
    private static final EventMetadata INNER = EventMetadata.none().withActorId("bob");

    @AfterEach
    void nothing_is_left_behind() {
        assertThat(MetadataContext.bound()).isNull();
    }

    private static <T> T inNewThread(Callable<T> task) throws InterruptedException, ExecutionException {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(future);
        thread.start();
        thread.join();
        return future.get();
    }

    @Test
    void without_a_context_nothing_is_said() {
        assertThat(MetadataContext.current()).isEqualTo(EventMetadata.none());
    }

    @Test
    void an_inner_context_replaces_the_outer_one_until_it_is_closed() {
        MetadataContext.run(OUTER, () -> {
            EventMetadata inside = MetadataContext.call(INNER, MetadataContext::current);
            assertThat(inside).isEqualTo(INNER);
            assertThat(MetadataContext.current()).isEqualTo(OUTER);
        });
    }

    @Test
    void a_context_ends_when_its_body_throws() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> MetadataContext.run(OUTER, () -> {
                    throw new IllegalStateException("broken");
                }));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> MetadataContext.call(OUTER, () -> {
                    throw new IllegalStateException("broken");
                }));
        assertThat(MetadataContext.current()).isEqualTo(EventMetadata.none());
    }

    @Test
    void closing_twice_does_not_end_what_was_opened_since() {
        MetadataContext.Scope first = MetadataContext.open(OUTER);
        first.close();
        MetadataContext.Scope second = MetadataContext.open(INNER);
        first.close();
        assertThat(MetadataContext.current()).isEqualTo(INNER);
        second.close();
    }

    @Test
    void another_thread_cannot_close_a_context() {
        MetadataContext.Scope scope = MetadataContext.open(OUTER);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> inNewThread(() -> {
                    scope.close();
                    return null;
                }))
                .havingCause()
                .isInstanceOf(IllegalStateException.class);
        assertThat(MetadataContext.current()).isEqualTo(OUTER);
        scope.close();
    }

    @Test
    void a_new_thread_inherits_nothing() throws Exception {
        MetadataContext.Scope scope = MetadataContext.open(OUTER);
        assertThat(inNewThread(MetadataContext::current)).isEqualTo(EventMetadata.none());
        scope.close();
    }

    @Nested
    class AcrossThreads {

        private final ContextSnapshotFactory snapshots =
                ContextSnapshotFactory.builder().build();

        @Test
        void a_snapshot_carries_the_context_and_the_thread_has_its_own_back_afterwards() throws Exception {
            MetadataContext.Scope scope = MetadataContext.open(OUTER);
            ContextSnapshot snapshot = snapshots.captureAll();
            scope.close();

            assertThat(inNewThread(() -> {
                        MetadataContext.Scope own = MetadataContext.open(INNER);
                        EventMetadata within =
                                snapshot.wrap(MetadataContext::current).call();
                        EventMetadata after = MetadataContext.current();
                        own.close();
                        return Map.entry(within, after);
                    }))
                    .isEqualTo(Map.entry(OUTER, INNER));
        }

        @Test
        void tasks_of_a_shared_thread_have_the_context_of_who_submitted_them() throws Exception {
            carriesTheContext(Executors.newSingleThreadExecutor());
        }

        @Test
        @EnabledForJreRange(min = JRE.JAVA_21)
        void tasks_of_virtual_threads_have_the_context_of_who_submitted_them() throws Exception {
            // the language level is below that of the method
            carriesTheContext((ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
        }

        private void carriesTheContext(ExecutorService threads) throws Exception {
            ExecutorService executor = ContextExecutorService.wrap(threads, snapshots);
            try {
                for (int i = 0; i < 100; i++) {
                    EventMetadata metadata = EventMetadata.none().withCorrelationId("c" + i);
                    assertThat(MetadataContext.call(metadata, () -> executor.submit(MetadataContext::current))
                                    .get())
                            .isEqualTo(metadata);
                    assertThat(executor.submit(MetadataContext::current).get()).isEqualTo(EventMetadata.none());
                }
            } finally {
                executor.shutdown();
            }
        }
    }

    @Test
    void what_an_event_causes_has_its_tenant_actor_and_correlation() {
        assertThat(Field.values())
                .filteredOn(Field::passedOn)
                .contains(Field.TENANT_ID, Field.ACTOR_ID, Field.CORRELATION_ID)
                .doesNotContain(Field.CAUSATION_ID);
    }

    @Test
    void each_field_can_be_replaced_by_itself() {
        EventMetadata all = EventMetadata.of(Field::column, Map.of());

        assertThat(all.withTenantId("T").tenantId()).isEqualTo("T");
        assertThat(all.withActorId("A").actorId()).isEqualTo("A");
        assertThat(all.withCorrelationId("C").correlationId()).isEqualTo("C");
        assertThat(all.withCausationId("X").causationId()).isEqualTo("X");
        assertThat(all.withTenantId(null)
                        .withActorId(null)
                        .withCorrelationId(null)
                        .withCausationId(null))
                .isEqualTo(EventMetadata.none());
    }

    @Nested
    class Defaults {

        private final EventMetadata all = EventMetadata.of(Field::column, Map.of("k", "1", "only", "here"));

        @Test
        void fill_what_is_empty() {
            assertThat(EventMetadata.none().withDefaults(all)).isEqualTo(all);
            assertThat(all.withDefaults(EventMetadata.none())).isSameAs(all);
        }

        @Test
        void never_replace_what_is_said() {
            EventMetadata own = EventMetadata.of(field -> "own", Map.of("k", "2"));
            assertThat(own.withDefaults(all)).isEqualTo(own.withHeader("only", "here"));
        }

        @Test
        void are_taken_field_by_field() {
            for (Field field : Field.values()) {
                assertThat(EventMetadata.of(each -> each == field ? "own" : null, Map.of())
                                .withDefaults(all))
                        .isEqualTo(EventMetadata.of(each -> each == field ? "own" : each.of(all), all.headers()));
            }
        }
    }
}
