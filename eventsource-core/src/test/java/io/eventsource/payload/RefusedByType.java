package io.eventsource.payload;

import java.io.InputStream;
import java.io.Serializable;
import java.net.URL;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Classes whose values would not come back, because of what their components are. */
@SuppressWarnings({"unused", "JavaUtilDate", "ArrayRecordComponent", "ClassCanBeStatic"})
final class RefusedByType {

    private RefusedByType() {}

    /** Each class with the component that the refusal names. */
    static Stream<Arguments> cases() {
        return Stream.of(
                Arguments.of(HoldsSealed.class, "shape"),
                Arguments.of(HoldsSealedList.class, "lines[].shape"),
                Arguments.of(HoldsSealedMap.class, "shapes{}"),
                Arguments.of(HoldsSealedArray.class, "shapes[]"),
                Arguments.of(HoldsSealedOptional.class, "shape?"),
                Arguments.of(HoldsAbstract.class, "animal"),
                Arguments.of(NoGetters.class, "n"),
                Arguments.of(HoldsNoGetters.class, "value.n"),
                Arguments.of(NoCreator.class, ""),
                Arguments.of(GetterOnly.class, "count"),
                Arguments.of(RecordKeys.class, "map{key}"),
                Arguments.of(ObjectKeys.class, "map{key}"),
                Arguments.of(ListKeys.class, "map{key}"),
                Arguments.of(HoldsThread.class, "thread"),
                Arguments.of(HoldsStream.class, "stream"),
                Arguments.of(HoldsRunnable.class, "runnable"),
                Arguments.of(HoldsSupplier.class, "supplier"),
                Arguments.of(HoldsIterator.class, "iterator"),
                Arguments.of(HoldsUrl.class, "url"),
                Arguments.of(HoldsCalendar.class, "calendar"),
                Arguments.of(HoldsTimestamp.class, "timestamp"),
                Arguments.of(HoldsBits.class, "bits"),
                Arguments.of(HoldsThrowable.class, "exception"),
                Arguments.of(HoldsReference.class, "reference"),
                Arguments.of(HoldsNumber.class, "number"),
                Arguments.of(HoldsText.class, "text"),
                Arguments.of(HoldsSerializable.class, "value"),
                Arguments.of(HoldsObject.class, "value"),
                Arguments.of(HoldsObjects.class, "values[]"),
                Arguments.of(HoldsRaw.class, "values[]"),
                Arguments.of(HoldsWildcard.class, "values[]"),
                Arguments.of(HoldsCollection.class, "values"),
                Arguments.of(HoldsIterable.class, "values"),
                Arguments.of(Variable.class, "value"),
                Arguments.of(NestedVariable.class, "values[]{}"),
                Arguments.of(BoundVariable.class, "value"),
                Arguments.of(HoldsOwnList.class, "list"),
                Arguments.of(HoldsOwnMap.class, "map"),
                Arguments.of(SetOfArrays.class, "values[]"),
                Arguments.of(NestedOptional.class, "value"),
                Arguments.of(OptionalInList.class, "values[]"));
    }

    sealed interface Shape permits Circle, Square {}

    record Circle(int radius) implements Shape {}

    record Square(int side) implements Shape {}

    record HoldsSealed(Shape shape) {}

    record HoldsSealedList(List<Line> lines) {
        record Line(Shape shape) {}
    }

    record HoldsSealedMap(Map<String, Shape> shapes) {}

    record HoldsSealedArray(Shape[] shapes) {}

    record HoldsSealedOptional(Optional<Shape> shape) {}

    abstract static class Animal {
        public String name = "";
    }

    record HoldsAbstract(Animal animal) {}

    static final class NoGetters {
        private final int n;

        NoGetters(int n) {
            this.n = n;
        }

        int n() {
            return n;
        }
    }

    record HoldsNoGetters(NoGetters value) {}

    static final class NoCreator {
        private final int n;

        NoCreator(int n, boolean other) {
            this.n = n;
        }

        public int getN() {
            return n;
        }
    }

    static class GetterOnly {
        private final List<String> names = new ArrayList<>();
        private final int count = 1;

        public int getCount() {
            return count;
        }
    }

    record Key(int a, int b) {}

    record RecordKeys(Map<Key, String> map) {}

    record ObjectKeys(Map<Object, String> map) {}

    record ListKeys(Map<List<String>, String> map) {}

    record HoldsThread(Thread thread) {}

    record HoldsStream(InputStream stream) {}

    record HoldsRunnable(Runnable runnable) {}

    record HoldsSupplier(Supplier<String> supplier) {}

    record HoldsIterator(Iterator<String> iterator) {}

    record HoldsUrl(URL url) {}

    record HoldsCalendar(Calendar calendar) {}

    record HoldsTimestamp(Timestamp timestamp) {}

    record HoldsBits(BitSet bits) {}

    record HoldsThrowable(Exception exception) {}

    record HoldsReference(AtomicReference<String> reference) {}

    record HoldsNumber(Number number) {}

    record HoldsText(CharSequence text) {}

    record HoldsSerializable(Serializable value) {}

    record HoldsObject(Object value) {}

    record HoldsObjects(List<Object> values) {}

    @SuppressWarnings("rawtypes")
    record HoldsRaw(List values) {}

    record HoldsWildcard(List<?> values) {}

    record HoldsCollection(Collection<String> values) {}

    record HoldsIterable(Iterable<String> values) {}

    record Variable<T>(T value) {}

    record NestedVariable<T>(List<Map<String, T>> values) {}

    record BoundVariable<T extends Number>(T value) {}

    static class OwnList extends ArrayList<String> {
        private static final long serialVersionUID = 1L;
        public String label = "";
    }

    record HoldsOwnList(OwnList list) {}

    static class OwnMap extends HashMap<String, String> {
        private static final long serialVersionUID = 1L;
    }

    record HoldsOwnMap(OwnMap map) {}

    record SetOfArrays(Set<byte[]> values) {}

    record NestedOptional(Optional<Optional<String>> value) {}

    record OptionalInList(List<Optional<String>> values) {}
}
