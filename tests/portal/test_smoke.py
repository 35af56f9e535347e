def test_x(db):
    from territories.models import Place
    assert Place.objects.count() >= 0
