package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.testing.TestDatabase;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a duplicate append does, whatever the layout of the tables. */
abstract class DuplicateAppendsContract extends EventStoreFixture {

    DuplicateAppendsContract(TestDatabase database) {
        super(database);
    }

    private AppendResult appendTwice(StreamAppend append, UUID account) {
        StreamAppend named = append.withAppendId(UUID.randomUUID());
        AppendResult first = store.append(named);
        long events = countEvents();

        AppendResult second = store.append(named);
        assertThat(second)
                .isEqualTo(new AppendResult(
                        account,
                        first.firstVersion(),
                        first.lastVersion(),
                        first.firstPosition(),
                        first.lastPosition(),
                        true));
        store.append(deposits(account, 77));
        AppendResult third = store.append(named);

        assertThat(third).isEqualTo(second);
        assertThat(countEvents()).isEqualTo(events + 1);
        return first;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void the_same_append_id_on_no_stream_gives_the_first_result_and_stores_nothing(int count) {
        UUID account = UUID.randomUUID();
        appendTwice(deposits(account, new long[count]).expecting(ExpectedVersion.noStream()), account);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void the_same_append_id_at_an_exact_version_gives_the_first_result_and_stores_nothing(int count) {
        UUID account = UUID.randomUUID();
        store.append(deposits(account, 1, 2));
        appendTwice(deposits(account, new long[count]).expecting(ExpectedVersion.exact(2)), account);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void the_same_append_id_at_any_version_gives_the_first_result_and_stores_nothing(int count) {
        UUID account = UUID.randomUUID();
        appendTwice(deposits(account, new long[count]), account);
        appendTwice(deposits(account, new long[count]), account);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void the_same_append_id_on_an_existing_stream_gives_the_first_result_and_stores_nothing(int count) {
        UUID account = UUID.randomUUID();
        store.append(deposits(account, 1, 2));
        appendTwice(deposits(account, new long[count]).expecting(ExpectedVersion.streamExists()), account);
    }

    @Test
    void sixteen_appends_at_any_version_are_remembered() {
        UUID account = UUID.randomUUID();
        StreamAppend first = deposits(account, 1).withAppendId(UUID.randomUUID());
        store.append(first);
        for (int i = 0; i < 15; i++) {
            store.append(deposits(account, 2));
        }
        assertThat(store.append(first).duplicate()).isTrue();

        store.append(deposits(account, 2));
        assertThat(store.append(first).duplicate()).isFalse();
    }

    @Test
    void another_append_id_at_the_same_exact_version_is_a_conflict() {
        UUID account = UUID.randomUUID();
        StreamAppend append = deposits(account, 1).expecting(ExpectedVersion.noStream());
        store.append(append.withAppendId(UUID.randomUUID()));

        assertThatExceptionOfType(VersionConflictException.class)
                .isThrownBy(() -> store.append(append.withAppendId(UUID.randomUUID())));
    }
}
