"""The table of functions that are called by hand: stable numbers, and no field without a source."""

import re

import pytest

from borrowscope.tables import published_calls as calls
from borrowscope.tables.events import BY_NAME as EVENTS
from borrowscope.tables.events import Other
from borrowscope.tables.published_api import BY_NAME, BY_NUMBER, FUNCTIONS
from borrowscope.tables.published_events import BY_VARIANT

# In the order of their numbers, from 1: what stands in recordings. Lines are only added at the end.
LISTED = """
reset track_new track_new_with_id __track_new_with_id_helper track_borrow track_borrow_mut track_borrow_with_id
track_borrow_mut_with_id track_move track_move_with_id track_drop track_drop_at track_drop_with_id track_atomic_new
track_duration_new track_instant_new track_autoref track_autoderef track_var_read track_var_write track_borrow_span
track_destructure track_variant_construct track_rc_new track_rc_new_with_id track_rc_clone track_rc_clone_with_id
track_arc_new track_arc_new_with_id track_arc_clone track_arc_clone_with_id track_weak_new track_weak_new_sync
track_weak_clone track_weak_clone_sync track_weak_upgrade track_weak_upgrade_sync track_box_new track_box_into_raw
track_box_from_raw track_pin_new track_pin_into_inner track_cow_borrowed track_cow_owned track_cow_to_mut
track_lock_guard_acquire track_lock_guard_drop track_refcell_new track_refcell_borrow track_refcell_borrow_mut
track_refcell_drop track_cell_new track_cell_get track_cell_set track_once_cell_new track_once_lock_new
track_once_cell_set track_once_cell_get track_once_cell_get_or_init track_maybe_uninit_uninit track_maybe_uninit_new
track_maybe_uninit_write track_maybe_uninit_assume_init track_maybe_uninit_assume_init_read
track_maybe_uninit_assume_init_drop track_thread_spawn track_thread_join track_channel track_channel_send
track_channel_recv track_channel_try_recv track_lock track_loop_enter track_loop_iteration track_loop_exit
track_match_enter track_match_arm track_match_arm_with_bindings track_match_exit track_branch track_return track_try
track_break track_continue track_region_enter track_region_exit track_fn_enter track_fn_exit track_async_block_enter
track_async_block_exit track_await_start track_await_start_with_live_vars track_await_end track_index_access
track_field_access track_call track_method_call track_unwrap track_clone track_deref track_closure_create
track_closure_create_with_trait track_closure_capture track_struct_create track_tuple_create track_array_create
track_let_else track_range track_binary_op track_type_cast track_raw_ptr track_raw_ptr_mut track_raw_ptr_deref
track_unsafe_block_enter track_unsafe_block_enter_enriched track_unsafe_block_exit track_unsafe_fn_call
track_ffi_call track_transmute track_union_field_access track_static_init track_static_access track_const_eval
track_stack_addr track_stack_addr_with_id track_stack_field track_heap_addr track_heap_realloc track_stack_padding
track_string_layout track_vec_layout
"""
NUMBERS = LISTED.split()

RECORDED = [row for row in FUNCTIONS if row.number]
MEANING = [(row, event) for row in RECORDED for event in row.events]
OWN_TYPES = {"bool": bool, "usize": int, "String": str, "Option<String>": str, "Vec<String>": list}
KINDS = {
    "bool": {calls.Kind.FLAG},
    "usize": {calls.Kind.NUMBER, calls.Kind.ADDRESS},
    "String": {calls.Kind.TEXT},
    "Option<String>": {calls.Kind.TEXT},
    "Vec<String>": {calls.Kind.TEXTS},
}
LATER = 24  # functions that the published 0.1.2 does not have


def name_of(value: object) -> str:
    if isinstance(value, tuple):
        row, event = value
        return f"{row.name}-{event.variant}"
    return getattr(value, "name", "")


def templates(event: calls.EventOfCall) -> list[str]:
    texts = [event.name, event.type]
    texts += [source.template for _, source in event.fields if isinstance(source, calls.Text)]
    for party in (event.instance, event.other):
        if isinstance(party, calls.Born):
            texts += [party.name, party.text]
        elif isinstance(party, calls.Known):
            texts += [party.name, party.otherwise]
    return texts


def words_used(event: calls.EventOfCall) -> set[str]:
    placeholders = [found for text in templates(event) for found in re.findall(r"\{(.*?)\}", text)]
    used = {found.removesuffix(":#x") for found in placeholders if found not in {"#", "time"}}
    used |= {source.word for _, source in event.fields if isinstance(source, calls.Value)}
    used |= {party.id for party in (event.instance, event.other) if isinstance(party, calls.Born | calls.Known)}
    return (used | {event.location, event.address}) - {""}


def test_numbers_are_stable() -> None:
    assert [BY_NUMBER[number].name for number in sorted(BY_NUMBER)] == NUMBERS
    assert sorted(BY_NUMBER) == list(range(1, len(NUMBERS) + 1))
    assert len(BY_NUMBER) == len(RECORDED)


def test_every_published_function_has_a_row() -> None:
    tracking = [row.name for row in FUNCTIONS if row.name.lstrip("_").startswith("track_")]
    assert len(tracking) == len(set(tracking)) == 137
    assert sum(row.is_later for row in FUNCTIONS) == LATER
    assert set(BY_NAME) - set(tracking) == {"reset"}


def test_every_variant_can_be_made_by_hand() -> None:
    assert {event.variant for _, event in MEANING} == set(BY_VARIANT)


@pytest.mark.parametrize("row", RECORDED, ids=name_of)
def test_words_fit_the_stream(row: calls.Function) -> None:
    names = [word.name for word in row.words]
    assert len(names) == len(set(names))
    assert row.number < 1 << 10
    assert all(word.kind is calls.Kind.TEXT for word in row.words if word.is_static)


@pytest.mark.parametrize("row", FUNCTIONS, ids=name_of)
def test_a_row_without_a_number_records_as_one_with_a_number(row: calls.Function) -> None:
    assert bool(row.number) != bool(row.records_as)
    if row.records_as:
        assert BY_NAME[row.records_as].number
    if row.instead:
        assert BY_NAME[row.instead[1]].words == row.words


@pytest.mark.parametrize("meant", MEANING, ids=name_of)
def test_every_field_has_a_source(meant: tuple[calls.Function, calls.EventOfCall]) -> None:
    row, event = meant
    variant = BY_VARIANT[event.variant]
    told = [name for name, _ in event.fields]
    assert len(told) == len(set(told))
    assert {field.name for field in variant.fields} <= set(told)
    assert set(told) <= {field.name for field in (*variant.fields, *variant.more)}
    assert words_used(event) <= {word.name for word in row.words}


@pytest.mark.parametrize("meant", MEANING, ids=name_of)
def test_sources_have_the_type_of_the_field(meant: tuple[calls.Function, calls.EventOfCall]) -> None:
    row, event = meant
    kinds = {word.name: word.kind for word in row.words}
    types = {field.name: field.type for field in (*BY_VARIANT[event.variant].fields, *BY_VARIANT[event.variant].more)}
    for field, source in event.fields:
        if isinstance(source, calls.Value):
            assert kinds[source.word] in KINDS[types[field]]
        elif isinstance(source, calls.Constant):
            assert isinstance(source.value, OWN_TYPES[types[field]])
        else:
            assert types[field] in {"String", "Option<String>"}


@pytest.mark.parametrize("meant", MEANING, ids=name_of)
def test_ids_are_those_of_a_party_that_is_there(meant: tuple[calls.Function, calls.EventOfCall]) -> None:
    row, event = meant
    sources = [source for _, source in event.fields]
    assert event.instance is not None or not any(isinstance(source, calls.InstanceId) for source in sources)
    assert event.other is not None or not any(isinstance(source, calls.OtherId) for source in sources)
    if event.instance is calls.SAME:
        assert row.events[0].instance not in {None, calls.SAME}
    for party in (event.instance, event.other):
        if isinstance(party, calls.Known):
            assert bool(party.name) != bool(party.id)


@pytest.mark.parametrize("meant", MEANING, ids=name_of)
def test_parties_are_those_of_the_variant(meant: tuple[calls.Function, calls.EventOfCall]) -> None:
    _, event = meant
    row = EVENTS[event.variant]
    if isinstance(event.instance, calls.Born):
        assert row.is_birth or row.is_construct
    if row.is_death:
        assert isinstance(event.instance, calls.Ended)
    if isinstance(event.other, calls.Known):
        assert row.other in {Other.OWNER, Other.SOURCE} or event.variant == "StackPadding"
