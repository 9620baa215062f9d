package io.eventsource.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventRegistry.EventTypeDescriptor;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.AccountEvent;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Nameless;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventRegistryTests {

    @EventType("deposited")
    record Rival() {}

    @EventType(" ")
    record Blank() {}

    @EventType(value = "revised", revision = 0)
    record Unrevised() {}

    @EventType("abstract")
    abstract static class Abstract {}

    @EventType("interface")
    interface Interface {}

    @Test
    void a_class_is_known_by_name_and_revision() {
        EventRegistry registry = TestEvents.registry();
        assertThat(registry.descriptorOf(Withdrawn.class))
                .isEqualTo(new EventTypeDescriptor("withdrawn", Set.of(), 3, Withdrawn.class));
        assertThat(registry.find("withdrawn")).isEqualTo(registry.descriptorOf(Withdrawn.class));
        assertThat(registry.find("nothing")).isNull();
        assertThat(registry.names()).contains("deposited", "withdrawn", "noted");
    }

    @Test
    void a_supertype_stands_for_all_registered_classes_below_it() {
        assertThat(TestEvents.registry().subtypesOf(AccountEvent.class))
                .extracting(EventTypeDescriptor::name)
                .containsExactly("deposited", "withdrawn");
        assertThat(TestEvents.registry().subtypesOf(Nameless.class)).isEmpty();
    }

    @Test
    void two_classes_of_one_name_are_refused_by_both_their_names() {
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(() -> EventRegistry.of(Deposited.class, Rival.class))
                .withMessageContaining("'deposited'")
                .withMessageContaining(Deposited.class.getName())
                .withMessageContaining(Rival.class.getName());
        assertThat(EventRegistry.of(Deposited.class, Deposited.class).names()).containsExactly("deposited");
    }

    @Test
    void classes_that_cannot_be_events_are_refused_with_their_name() {
        for (Class<?> bad : List.of(Nameless.class, Blank.class, Unrevised.class, Abstract.class, Interface.class)) {
            assertThatExceptionOfType(InvalidDeclarationException.class)
                    .isThrownBy(() -> EventRegistry.of(bad))
                    .satisfies(refusal -> assertThat(refusal.declaredClass()).isEqualTo(bad))
                    .withMessageContaining(bad.getName());
        }
    }

    @Test
    void a_named_class_that_is_not_registered_is_told_apart_from_one_without_a_name() {
        EventRegistry registry = EventRegistry.of(Deposited.class);
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(() -> registry.descriptorOf(Withdrawn.class))
                .withMessageContaining("not registered");
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(() -> registry.descriptorOf(Nameless.class))
                .withMessageContaining("has no name");
    }

    @Test
    void a_sealed_type_stands_for_the_classes_that_it_permits() {
        assertThat(EventRegistry.of(io.eventsource.testing.TestEvents.AccountEvent.class)
                        .names())
                .containsExactlyInAnyOrder("deposited", "withdrawn");
    }
}
